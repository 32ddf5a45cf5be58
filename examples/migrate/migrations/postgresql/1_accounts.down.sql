DROP FUNCTION deposit;
DROP TABLE accounts;
