CREATE TABLE `modules` (
	`id` text PRIMARY KEY NOT NULL,
	`enabled` integer NOT NULL,
	`granted` text NOT NULL,
	`settings` text NOT NULL,
	`database` integer NOT NULL,
	`changed_at` integer NOT NULL
);
