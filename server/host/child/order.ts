/** What a module's process is told at its start, on its standard input. */
export interface Order {
  /** Path of the host's unix socket. */
  socket: string;
  /** Good once, for this process. */
  token: string;
  /** The module's folder, absolute. */
  folder: string;
}

/** What `begin` takes. */
export interface Beginning {
  database: string;
  copyOf?: string | undefined;
  dataFolder: string;
  settings: Record<string, unknown>;
  checkOutput: boolean;
}
