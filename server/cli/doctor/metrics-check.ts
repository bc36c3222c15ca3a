import { existsSync, readFileSync } from 'node:fs';
import { parseSecrets } from '../../platform/secrets.ts';
import { readRunning } from '../running-server.ts';
import { type Check, ok } from './check.ts';

/** Where Prometheus finds this server and its token. A broken file of keys has a finding of its own. */
export const checkMetrics: Check = ({ config, paths, running }) => {
  const name = 'metrics';
  const url = running ? readRunning(paths)?.url : undefined;
  const address = url === undefined ? '/metrics' : `${url}metrics`;
  if (config.metricsToken !== undefined) return ok(name, `${address}, with the token of HEARTH_METRICS_TOKEN`);
  const hasToken = existsSync(paths.secrets) && parseSecrets(readFileSync(paths.secrets, 'utf8'))?.metricsToken;
  return hasToken
    ? ok(name, `${address}, with the token that hearth stats --show-token prints`)
    : ok(name, 'the first start makes the token for /metrics');
};
