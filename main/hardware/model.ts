/** What the machine is, read without one CUDA call. The JSON of `earshot probe`. */
export interface HardwareReport {
  readonly os: {
    readonly platform: 'linux' | 'win32';
    readonly release: string;
    readonly arch: string;
    readonly wsl: boolean;
    readonly container: boolean;
  };
  readonly cpu: { readonly model: string; readonly cores: number; readonly flags: readonly string[] };
  readonly memoryMiB: number;
  readonly disks: readonly { readonly mount: string; readonly freeMiB: number }[];
  /** Screens that are connected. */
  readonly displays: number;
  /** null where there is no battery. */
  readonly power: { readonly onMains: boolean; readonly percent: number | null } | null;
  readonly gpus: readonly Gpu[];
  /** Version of a system CUDA toolkit, for information: wheels do not need one. */
  readonly toolkit: string | null;
  readonly driver: { readonly version: string; readonly cudaVersion: string | null } | null;
  readonly processes: readonly GpuProcess[];
  readonly ollama: OllamaReport | null;
  readonly warnings: readonly string[];
}

export interface Gpu {
  readonly uuid: string;
  readonly index: number;
  readonly busId: string;
  readonly vendor: string;
  readonly name: string;
  /** "8.6", or null when neither the driver nor a table knows it. */
  readonly computeCapability: string | null;
  readonly memoryMiB: number | null;
  readonly freeMiB: number | null;
  readonly virtual: boolean;
  readonly mig: boolean;
  /** "/dev/nvidia0", or null where there is none. */
  readonly deviceNode: string | null;
  /** "active", "suspended" or null when unknown. */
  readonly powerState: string | null;
  /** Vendor and device of the PCI bus, "10de:25a2"; null when unknown. */
  readonly pciId: string | null;
  /** Whether this user may open the device node; null where there is none or nobody has looked. */
  readonly accessible: boolean | null;
}

export interface GpuProcess {
  readonly pid: number;
  readonly uuid: string;
  readonly usedMiB: number | null;
  readonly name: string;
  /** Whether it is one of Earshot's own, whose memory comes back when it ends. */
  readonly ours: boolean;
}

export interface OllamaReport {
  readonly version: string;
  readonly running: boolean;
  /** `sizeVramMiB`: what a loaded model holds on the graphics card; null while it is not loaded. */
  readonly models: readonly { readonly name: string; readonly sizeBytes: number; readonly sizeVramMiB: number | null }[];
  /** Where it answers. */
  readonly url: string;
}
