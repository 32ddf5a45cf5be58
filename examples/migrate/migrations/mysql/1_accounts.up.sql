CREATE TABLE accounts (id bigint AUTO_INCREMENT PRIMARY KEY, owner varchar(100) NOT NULL UNIQUE, cents bigint NOT NULL DEFAULT 0);
DELIMITER //
CREATE PROCEDURE deposit(who varchar(100), how_much bigint)
BEGIN
	INSERT INTO accounts (owner, cents) VALUES (who, how_much) ON DUPLICATE KEY UPDATE cents = cents + how_much;
END//
DELIMITER ;
