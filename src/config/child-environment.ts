/** The environment of a slot process: ours, less what would change its Node (an inspector port, a loader, other flags). */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...environment } = process.env;
  return environment;
}
