/// <reference types="vite/client" />

/** The build this page came from; compared with the one the server reports. */
declare const __BUILD__: string;

/** The guide to modules as Markdown, by language. */
declare module 'virtual:modules-guide' {
  const guide: Readonly<Record<'en' | 'de', string>>;
  export default guide;
}
