CREATE VIEW `message_text` AS SELECT `seq`, `body` ->> '$.text' AS `text` FROM `messages` WHERE `body` ->> '$.kind' = 'text' AND `deleted_at` IS NULL;
--> statement-breakpoint
CREATE VIRTUAL TABLE `message_search` USING fts5(`text`, content = 'message_text', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2');
--> statement-breakpoint
INSERT INTO `message_search` (`rowid`, `text`) SELECT `seq`, `text` FROM `message_text` ORDER BY 1;
--> statement-breakpoint
INSERT INTO `consumers` (`name`, `seq`) SELECT 'chat.search', coalesce(max(`seq`), 0) FROM `journal`;
