/// <reference types="vite/client" />

/** The build this page came from; compared with the one the server reports. */
declare const __BUILD__: string;
