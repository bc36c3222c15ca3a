import { join } from 'node:path';
import { tenth } from './percent.ts';
import { listNames, readNumber, readText } from './read-text.ts';

export interface Sensor {
  name: string;
  /** °C */
  temperature: number;
}

export interface Temperatures {
  processor: number | null;
  sensors: Sensor[];
}

const processorChips =
  /^(coretemp|k8temp|k10temp|zenpower|fam15h_power|cpu[-_]?thermal|via_cputemp|.*cpu.*|soc[-_]?thermal|x86_pkg_temp)/i;
/** Of parts that say nothing about the processor. */
const otherChips = /^(nvme|iwlwifi|ath\d|mt7|amdgpu|nouveau|radeon|i915|xe|r8169|spd5118|jc42|bat|ucsi|hidpp)/i;
/** Reading these may keep a sleeping disk awake. */
const disturbed = /^drivetemp/;

export async function readTemperatures(sys: string): Promise<Temperatures | null> {
  const [chips, zones] = await Promise.all([
    readChips(join(sys, 'class/hwmon')),
    readZones(join(sys, 'class/thermal')),
  ]);
  // Thermal zones mostly repeat what the chips say, under vaguer names.
  const sensors = chips.length > 0 ? chips : zones;
  if (sensors.length === 0) return null;
  const processor = hottest([...chips, ...zones].filter(({ name }) => processorChips.test(name)));
  return {
    processor: processor ?? hottest([...chips, ...zones].filter(({ name }) => !otherChips.test(name))),
    sensors: sensors.sort((a, b) => b.temperature - a.temperature).slice(0, 32),
  };
}

async function readChips(folder: string): Promise<Sensor[]> {
  const chips = await listNames(folder);
  const sensors = await Promise.all(chips.map((chip) => readChip(join(folder, chip))));
  return sensors.flat();
}

async function readChip(folder: string): Promise<Sensor[]> {
  const chip = (await readText(join(folder, 'name')))?.trim() ?? '';
  if (!chip || disturbed.test(chip)) return [];
  const inputs = (await listNames(folder)).filter((name) => /^temp\d+_input$/.test(name));
  const sensors = inputs.map(async (input) => {
    const label = (await readText(join(folder, input.replace('_input', '_label'))))?.trim();
    return sensor(label ? `${chip} ${label}` : chip, await readNumber(join(folder, input)));
  });
  return (await Promise.all(sensors)).filter((found) => found !== null);
}

async function readZones(folder: string): Promise<Sensor[]> {
  const zones = (await listNames(folder)).filter((name) => name.startsWith('thermal_zone'));
  const sensors = zones.map(async (zone) => {
    const type = (await readText(join(folder, zone, 'type')))?.trim();
    return sensor(type || zone, await readNumber(join(folder, zone, 'temp')));
  });
  return (await Promise.all(sensors)).filter((found) => found !== null);
}

/** A pin that nothing is wired to reads 0, 127 or far below freezing. */
function sensor(name: string, milli: number | null): Sensor | null {
  if (milli === null) return null;
  const temperature = tenth(milli / 1000);
  return temperature === 0 || temperature < -40 || temperature > 125 ? null : { name: name.slice(0, 80), temperature };
}

const hottest = (sensors: Sensor[]): number | null =>
  sensors.length === 0 ? null : Math.max(...sensors.map(({ temperature }) => temperature));
