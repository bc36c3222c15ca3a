import { join } from 'node:path';
import type { Gpu } from './gpu.ts';
import { tenth } from './percent.ts';
import { listNames, readNumber, readText } from './read-text.ts';

/** The cards that the amdgpu driver runs. Only that driver offers `gpu_busy_percent`. */
export async function readAmd(sys: string): Promise<Gpu[]> {
  const folder = join(sys, 'class/drm');
  const cards = (await listNames(folder)).filter((name) => /^card\d+$/.test(name));
  const gpus = await Promise.all(cards.map((card) => readCard(join(folder, card, 'device'))));
  return gpus.filter((gpu) => gpu !== null);
}

async function readCard(device: string): Promise<Gpu | null> {
  const busy = await readNumber(join(device, 'gpu_busy_percent'));
  if (busy === null) return null;
  const [name, memoryTotal, memoryUsed, temperature] = await Promise.all([
    readText(join(device, 'product_name')),
    readNumber(join(device, 'mem_info_vram_total')),
    readNumber(join(device, 'mem_info_vram_used')),
    readTemperature(join(device, 'hwmon')),
  ]);
  return {
    name: name?.trim().slice(0, 80) || 'AMD Radeon',
    load: Math.min(100, Math.max(0, busy)),
    memoryTotal,
    memoryUsed,
    temperature,
  };
}

async function readTemperature(folder: string): Promise<number | null> {
  for (const chip of await listNames(folder)) {
    const milli = await readNumber(join(folder, chip, 'temp1_input'));
    if (milli !== null) return tenth(milli / 1000);
  }
  return null;
}
