export { readPlans } from './accounts/plans-file.ts';
export { createCloud } from './create-cloud.ts';
export type { Cloud, ListenOptions } from './cloud.ts';
export { operateAccount } from './storage/operator.ts';
export { parseProviders, type ProviderSettings } from './providers/settings.ts';
export { openApiDocument } from './openapi.ts';
export type { CloudLog, CloudOptions, PlanRow, RateLimits, SignUpMode } from './options.ts';
