/** One graphics processor; what it does not tell is null. Sizes in bytes, temperature in °C. */
export interface Gpu {
  name: string;
  load: number | null;
  memoryTotal: number | null;
  memoryUsed: number | null;
  temperature: number | null;
}

/** The busiest one: an idle second card must not make the first look half idle. */
export function gpuLoad(gpus: readonly Gpu[]): number | null {
  const loads = gpus.map(({ load }) => load).filter((load) => load !== null);
  return loads.length === 0 ? null : Math.max(...loads);
}
