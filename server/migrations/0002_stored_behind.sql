CREATE TABLE `message_places` (
	`room_id` text NOT NULL,
	`position` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`room_id`, `position`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `journal_places` (
	`channel` text NOT NULL,
	`offset` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`channel`, `offset`)
) WITHOUT ROWID;
--> statement-breakpoint
DROP INDEX `messages_position`;--> statement-breakpoint
DROP INDEX `messages_client_id`;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_client_id` ON `messages` (`client_id`,`author_id`,`author_kind`);--> statement-breakpoint
DROP INDEX `journal_channel_offset`;--> statement-breakpoint
INSERT INTO `message_places` SELECT `room_id`, `position`, `seq` FROM `messages` ORDER BY 1, 2;--> statement-breakpoint
INSERT INTO `journal_places` SELECT `channel`, `offset`, `seq` FROM `journal` ORDER BY 1, 2;--> statement-breakpoint
INSERT INTO `consumers` SELECT `follower`.`column1`, coalesce((SELECT max(`seq`) FROM `journal`), 0) FROM (VALUES ('hub.places'), ('chat.places')) `follower`;
