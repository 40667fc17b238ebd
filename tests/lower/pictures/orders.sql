-- check orders_checks
WITH orders_checks AS (
  SELECT
    order_id,
    count(*) AS row_count
  FROM 'data/orders.parquet'
  GROUP BY
    order_id
)
SELECT
  coalesce(
    CAST(sum(CASE WHEN order_id IS NULL THEN row_count ELSE row_count - 1 END) AS BIGINT),
    0
  ) AS key_broken
FROM orders_checks;

-- check customers_checks
WITH customers_checks AS (
  SELECT
    customer_id,
    count(*) AS row_count
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
  GROUP BY
    customer_id
)
SELECT
  coalesce(
    CAST(sum(CASE WHEN customer_id IS NULL THEN row_count ELSE row_count - 1 END) AS BIGINT),
    0
  ) AS key_broken
FROM customers_checks;

-- write store monthly
WITH customers AS (
  SELECT
    customer_id,
    segment
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
  customers.segment,
  date_trunc('month', orders.ordered_at) AS month,
  sum(orders.amount + orders.amount * 0.2) AS total,
  count(*) AS orders,
  count(DISTINCT orders.customer_id) AS customers,
  rank() OVER (PARTITION BY month ORDER BY total DESC) AS place
FROM 'data/orders.parquet' AS orders
LEFT JOIN customers
  USING (customer_id)
WHERE
  orders.status IS DISTINCT FROM 'void' AND orders.amount > 0
GROUP BY
  customers.segment,
  month
HAVING
  total > 1000
QUALIFY
  place <= 3
ORDER BY
  month,
  place;
