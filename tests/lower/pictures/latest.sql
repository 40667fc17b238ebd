-- write store current
WITH current AS (
  SELECT
    order_id,
    customer_id,
    amount,
    status,
    ordered_at
  FROM 'data/orders.parquet'
  UNION ALL
  SELECT
    order_id,
    customer_id,
    amount,
    status,
    ordered_at
  FROM 'data/older/*.parquet'
), current_2 AS (
  SELECT
    *
  FROM current
  QUALIFY
    row_number() OVER (
      PARTITION BY order_id
      ORDER BY ordered_at DESC, customer_id DESC, amount DESC, status DESC
    ) = 1
)
SELECT
  *
FROM current_2
QUALIFY
  row_number() OVER (PARTITION BY customer_id ORDER BY order_id) <= 3
ORDER BY
  order_id;

-- write store unseen
SELECT DISTINCT
  orders.order_id,
  orders.customer_id,
  orders.amount,
  orders.status,
  orders.ordered_at
FROM 'data/orders.parquet' AS orders
ANTI JOIN 'data/older/*.parquet' AS older
  USING (order_id);
