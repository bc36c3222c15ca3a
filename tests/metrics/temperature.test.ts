import { describe, expect, test } from 'bun:test';
import { readTemperatures } from '../../server/metrics/temperature.ts';
import { tree } from './tree.ts';

const hwmon = (number: number, chip: string, ...values: [label: string, milli: string][]) =>
  Object.fromEntries([
    [`class/hwmon/hwmon${number}/name`, `${chip}\n`],
    ...values.flatMap(([label, milli], index) => [
      [`class/hwmon/hwmon${number}/temp${index + 1}_input`, `${milli}\n`],
      ...(label ? [[`class/hwmon/hwmon${number}/temp${index + 1}_label`, `${label}\n`]] : []),
    ]),
  ]);
const zone = (number: number, type: string, milli: string) => ({
  [`class/thermal/thermal_zone${number}/type`]: `${type}\n`,
  [`class/thermal/thermal_zone${number}/temp`]: `${milli}\n`,
});

describe('temperature', () => {
  test('the hottest sensor of the processor counts even where a disk is hotter', async () => {
    await using sys = await tree({
      ...hwmon(0, 'nvme', ['Composite', '71850']),
      ...hwmon(1, 'coretemp', ['Package id 0', '52000'], ['Core 0', '54500']),
    });
    expect(await readTemperatures(sys.path)).toEqual({
      processor: 54.5,
      sensors: [
        { name: 'nvme Composite', temperature: 71.9 },
        { name: 'coretemp Core 0', temperature: 54.5 },
        { name: 'coretemp Package id 0', temperature: 52 },
      ],
    });
  });

  test('a small board that only has thermal zones is read by them', async () => {
    await using sys = await tree({ ...zone(0, 'gpu-thermal', '61000'), ...zone(1, 'cpu-thermal', '48312') });
    expect((await readTemperatures(sys.path))?.processor).toBe(48.3);
  });

  test('without a processor’s sensor the hottest counts that may be near it, and never a disk or a radio', async () => {
    await using sys = await tree({ ...hwmon(0, 'nvme', ['', '70000']), ...hwmon(1, 'iwlwifi_1', ['', '66000']) });
    expect((await readTemperatures(sys.path))?.processor).toBeNull();
    await using board = await tree({ ...hwmon(0, 'nvme', ['', '70000']), ...hwmon(1, 'acpitz', ['', '27800']) });
    expect((await readTemperatures(board.path))?.processor).toBe(27.8);
  });

  test('readings of pins that nothing is wired to are left out', async () => {
    await using sys = await tree(
      hwmon(0, 'nct6775', ['SYSTIN', '35000'], ['AUXTIN0', '127000'], ['AUXTIN1', '0'], ['AUXTIN2', '-60000']),
    );
    expect((await readTemperatures(sys.path))?.sensors).toEqual([{ name: 'nct6775 SYSTIN', temperature: 35 }]);
  });

  test('a sensor of a disk that may sleep is not read', async () => {
    await using sys = await tree({
      ...hwmon(0, 'drivetemp', ['', '31000']),
      ...hwmon(1, 'k10temp', ['Tctl', '40000']),
    });
    expect((await readTemperatures(sys.path))?.sensors.map(({ name }) => name)).toEqual(['k10temp Tctl']);
  });

  test('a machine without sensors, or with unreadable ones, has null', async () => {
    await using none = await tree();
    expect(await readTemperatures(none.path)).toBeNull();
    await using broken = await tree({ ...hwmon(0, 'coretemp', ['Core 0', 'hot']), ...zone(0, 'cpu-thermal', '') });
    expect(await readTemperatures(broken.path)).toBeNull();
  });
});
