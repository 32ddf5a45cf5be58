CREATE TYPE state AS ENUM ('open', 'closed');

CREATE TABLE orders (
	id uuid PRIMARY KEY,
	number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
	customer text NOT NULL,
	state state NOT NULL DEFAULT 'open',
	total numeric(12, 2) NOT NULL,
	discount numeric(12, 2),
	tags text[] NOT NULL DEFAULT '{}',
	data jsonb NOT NULL DEFAULT '{}',
	due date,
	placed timestamptz NOT NULL
);
