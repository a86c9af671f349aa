/**
 * What a child process may inherit. Everything else (a stray PYTHONPATH, LD_PRELOAD, CUDA_VISIBLE_DEVICES="\"0\"")
 * would make our processes depend on the shell they were started from.
 */
const inherited = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  // Windows
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'COMSPEC',
  'PATHEXT',
  'NUMBER_OF_PROCESSORS',
];

/** Certificates, proxies and package sources: needed by what downloads, by nothing else. */
const network = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
];

/**
 * Where packages come from and how that place is reached. A person's other settings of pip and uv stay outside:
 * PIP_REQUIRE_VIRTUALENV, PIP_USER and PIP_PREFIX each make our `pip install --target` fail.
 */
const packageSource =
  /^(UV|PIP)_\w*(INDEX|FIND_LINKS|CERT|TLS|PROXY|HOST|TIMEOUT|RETRIES|MIRROR|KEYRING|OFFLINE|CONFIG_FILE)|^npm_config_/;

function pick(environment: NodeJS.ProcessEnv, keep: (name: string) => boolean): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && keep(name)) kept[name] = value;
  }
  return kept;
}

/** Environment of a process that serves: the inherited minimum plus `additions`. */
export function serviceEnvironment(
  environment: NodeJS.ProcessEnv,
  additions: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = new Set(inherited);
  return { ...pick(environment, (name) => names.has(name) || names.has(name.toUpperCase())), ...additions };
}

/** Environment of a process that downloads: the minimum, the network's settings and the user's package sources. */
export function downloadEnvironment(
  environment: NodeJS.ProcessEnv,
  additions: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const names = new Set([...inherited, ...network]);
  return {
    ...pick(
      environment,
      (name) => names.has(name) || names.has(name.toUpperCase()) || packageSource.test(name),
    ),
    ...additions,
  };
}
