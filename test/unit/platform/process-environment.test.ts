import { expect, test } from 'vitest';
import { downloadEnvironment, serviceEnvironment } from '../../../main/platform/process-environment.ts';

const minimum = { PATH: '/usr/bin', HOME: '/home/ada', LANG: 'de_DE.UTF-8', TMPDIR: '/tmp', XDG_RUNTIME_DIR: '/run/user/1000' };

/** What a shell may hold that would change what our processes do or see. */
const strays = {
  CUDA_VISIBLE_DEVICES: '"0"',
  CUDA_DEVICE_ORDER: 'FASTEST_FIRST',
  PYTORCH_CUDA_ALLOC_CONF: 'expandable_segments:True',
  PYTHONPATH: '/home/ada/lib',
  PYTHONHOME: '/opt/python',
  PYTHONSTARTUP: '/home/ada/.pythonrc',
  VIRTUAL_ENV: '/home/ada/venv',
  CONDA_PREFIX: '/opt/conda',
  LD_PRELOAD: '/usr/lib/libjemalloc.so',
  LD_LIBRARY_PATH: '/usr/local/cuda/lib64',
  NODE_OPTIONS: '--inspect',
  ELECTRON_RUN_AS_NODE: '1',
  OMP_NUM_THREADS: '64',
  HF_TOKEN: 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
};

const network = {
  HTTPS_PROXY: 'http://proxy:3128',
  no_proxy: 'localhost',
  SSL_CERT_FILE: '/etc/ssl/company.pem',
  NODE_EXTRA_CA_CERTS: '/etc/ssl/company.pem',
};

const packageSources = {
  UV_INDEX_URL: 'https://mirror/simple',
  UV_DEFAULT_INDEX: 'https://mirror/simple',
  UV_INDEX_COMPANY_PASSWORD: 'secret',
  UV_FIND_LINKS: '/opt/wheels',
  UV_HTTP_TIMEOUT: '120',
  UV_SYSTEM_CERTS: 'true',
  UV_PYTHON_INSTALL_MIRROR: 'https://mirror/python',
  PIP_INDEX_URL: 'https://mirror/simple',
  PIP_EXTRA_INDEX_URL: 'https://mirror/extra',
  PIP_FIND_LINKS: '/opt/wheels',
  PIP_CERT: '/etc/ssl/company.pem',
  PIP_TRUSTED_HOST: 'mirror',
  PIP_DEFAULT_TIMEOUT: '180',
  npm_config_registry: 'https://mirror/npm',
};

/** A developer's own ways with pip and uv: each makes our `pip install --target` or `uv pip install --python` do something else or fail. */
const packageHabits = {
  PIP_REQUIRE_VIRTUALENV: '1',
  PIP_USER: '1',
  PIP_TARGET: '/home/ada/lib',
  PIP_PREFIX: '/opt',
  UV_SYSTEM_PYTHON: '1',
  UV_TARGET: '/home/ada/lib',
  UV_PYTHON: '3.13',
  UV_NO_BINARY: '1',
};

const shell = { ...minimum, ...strays, ...network, ...packageSources, ...packageHabits };

test('nothing of the shell reaches a service but what every program needs', () => {
  expect(serviceEnvironment(shell, { EARSHOT_ROLE: 'stt' })).toEqual({ ...minimum, EARSHOT_ROLE: 'stt' });
});

test('what downloads also gets proxies, certificates and package sources, and nothing more', () => {
  expect(downloadEnvironment(shell, { UV_CACHE_DIR: '/cache' })).toEqual({
    ...minimum,
    ...network,
    ...packageSources,
    UV_CACHE_DIR: '/cache',
  });
});

test('what we set wins over what the shell has', () => {
  expect([serviceEnvironment(shell, { LANG: 'C' })['LANG'], downloadEnvironment(shell, { UV_INDEX_URL: 'x' })['UV_INDEX_URL']]).toEqual(['C', 'x']);
});

test('names are found in the spelling Windows gives them, and unset ones stay unset', () => {
  const windows = { Path: 'C:\\Windows', SystemRoot: 'C:\\Windows', ComSpec: 'cmd.exe', PSModulePath: 'C:\\x', TZ: undefined };
  expect(serviceEnvironment(windows, {})).toEqual({ Path: 'C:\\Windows', SystemRoot: 'C:\\Windows', ComSpec: 'cmd.exe' });
});
