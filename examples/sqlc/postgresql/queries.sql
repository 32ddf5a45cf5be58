-- name: CreateOrder :one
INSERT INTO orders (id, customer, total, discount, tags, data, due, placed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING *;

-- name: GetOrder :one
SELECT * FROM orders WHERE id = $1;

-- name: ListOrders :many
SELECT * FROM orders WHERE number = ANY(@numbers::bigint[]) ORDER BY number;

-- name: FindOrders :many
SELECT id, customer, total FROM orders
WHERE (sqlc.narg('customer')::text IS NULL OR customer = sqlc.narg('customer'))
	AND placed >= @since AND tags @> @tags
ORDER BY number LIMIT $1;

-- name: SetState :execrows
UPDATE orders SET state = @state WHERE id = @id;

-- name: DeleteOrder :exec
DELETE FROM orders WHERE id = $1;
