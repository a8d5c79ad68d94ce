/** What the integration tests are told through the environment of their extension host. */
export function testsEnv(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const names = ['MEDLSAM_TEST_RESULTS', 'MEDLSAM_TEST_GREP']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
