CREATE TABLE `journal` (
	`seq` integer PRIMARY KEY NOT NULL,
	`channel` text NOT NULL,
	`offset` integer NOT NULL,
	`event` text NOT NULL,
	`payload` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `journal_channel_offset` ON `journal` (`channel`,`offset`);--> statement-breakpoint
CREATE TABLE `journal_epoch` (
	`id` integer PRIMARY KEY NOT NULL,
	`epoch` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`actor` text NOT NULL,
	`key` text NOT NULL,
	`part` integer NOT NULL,
	`function` text NOT NULL,
	`input_hash` text NOT NULL,
	`result` text NOT NULL,
	`journalled` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`actor`, `key`, `part`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_at` ON `idempotency_keys` (`at`);