CREATE TABLE orders (
	id BIGINT AUTO_INCREMENT PRIMARY KEY,
	customer VARCHAR(100) NOT NULL,
	state ENUM ('open', 'closed') NOT NULL DEFAULT 'open',
	total DECIMAL(12, 2) NOT NULL,
	discount DECIMAL(12, 2),
	data JSON NOT NULL,
	paid BOOLEAN NOT NULL DEFAULT false,
	due DATE,
	placed DATETIME(6) NOT NULL
);
