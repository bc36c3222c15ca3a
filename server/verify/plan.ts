/** How much of everything. */
export interface Plan {
  /** Clients by the hand-made protocol, by the SDK, and over streams and polls. */
  readonly clients: number;
  readonly sdkClients: number;
  readonly feedClients: number;
  readonly people: number;
  readonly kills: number;
  readonly storms: number;
  readonly stormClients: number;
  readonly randomFrames: number;
  readonly upgradeClients: number;
  readonly upgrades: number;
  /** How often each race is run. */
  readonly races: number;
  /** Seconds of the soak. */
  readonly soak: number;
}

export const shortPlan: Plan = {
  clients: 160,
  sdkClients: 20,
  feedClients: 20,
  people: 12,
  kills: 10,
  storms: 3,
  stormClients: 200,
  randomFrames: 20_000,
  upgradeClients: 300,
  upgrades: 1,
  races: 10,
  soak: 5,
};

export const fullPlan: Plan = {
  clients: 160,
  sdkClients: 20,
  feedClients: 20,
  people: 20,
  kills: 100,
  storms: 10,
  stormClients: 1000,
  randomFrames: 1_000_000,
  upgradeClients: 300,
  upgrades: 5,
  races: 100,
  soak: 3600,
};
