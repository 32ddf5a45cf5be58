-- By itself, as it cannot be in a transaction.
CREATE INDEX CONCURRENTLY accounts_lower ON accounts (lower(owner));
