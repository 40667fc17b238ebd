-- write store spenders
WITH customers AS (
  SELECT
    customer_id,
    name
  FROM read_csv(
    'data/customers.csv',
    header = TRUE,
    allow_quoted_nulls = FALSE,
    auto_detect = FALSE,
    columns = {
      'customer_id': 'BIGINT',
      'name': 'VARCHAR',
      'segment': 'VARCHAR'
    }
  )
)
SELECT
  customers.name,
  sum(orders.amount) AS spent
FROM 'data/orders.parquet' AS orders
JOIN customers
  USING (customer_id)
WHERE
  EXISTS(
    SELECT
      1
    FROM 'data/orders.parquet' AS orders_2
    WHERE
      orders_2.customer_id = orders.customer_id
      AND orders_2.ordered_at > orders.ordered_at
  )
  AND orders.amount > (
    SELECT
      avg(amount) AS "avg(amount)"
    FROM 'data/orders.parquet'
  )
GROUP BY
  customers.name
ORDER BY
  spent DESC,
  name
LIMIT 10;
