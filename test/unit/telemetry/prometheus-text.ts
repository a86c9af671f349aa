/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusText {
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

/** Reads Prometheus' text format (version 0.0.4); throws at a line that is none. */
export function parsePrometheus(text: string): PrometheusText {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, type, of] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (type !== undefined && of !== undefined) types.set(type, of);
    if (line.startsWith('#')) continue;
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)",?/g)].map(([, key = '', content = '']) => [key, content.replaceAll(/\\(.)/g, '$1')] as const);
    samples.push({ name, labels: Object.fromEntries(pairs), value: value === '+Inf' ? Infinity : Number(value) });
  }
  return { types, samples };
}

/** Values of a metric by its labels, "service=stt cause=hung". */
export function valuesOf({ samples }: PrometheusText, name: string): Readonly<Record<string, number>> {
  const found = samples.filter((sample) => sample.name === name);
  return Object.fromEntries(found.map(({ labels, value }) => [Object.entries(labels).map(([key, content]) => `${key}=${content}`).join(' '), value]));
}
