ALTER TABLE `rooms` ADD `purpose` text;--> statement-breakpoint
CREATE UNIQUE INDEX `rooms_purpose` ON `rooms` (`purpose`) WHERE archived_at IS NULL;