DROP PROCEDURE deposit;
DROP TABLE accounts;
