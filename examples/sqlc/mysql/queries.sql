-- name: CreateOrder :execlastid
INSERT INTO orders (customer, total, discount, data, due, placed)
VALUES (?, ?, ?, ?, ?, ?);

-- name: GetOrder :one
SELECT * FROM orders WHERE id = ?;

-- name: ListOrders :many
SELECT * FROM orders WHERE id IN (sqlc.slice('ids')) ORDER BY id;

-- name: FindOrders :many
SELECT id, customer, total FROM orders
WHERE customer = COALESCE(sqlc.narg('customer'), customer) AND placed >= sqlc.arg('since')
ORDER BY id LIMIT ?;

-- name: SetState :execrows
UPDATE orders SET state = ? WHERE id = ?;

-- name: DeleteOrder :exec
DELETE FROM orders WHERE id = ?;
