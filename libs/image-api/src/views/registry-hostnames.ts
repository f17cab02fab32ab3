/** Where the registry that stands in front of Tagline is reached. Empty where there is none. */
export interface RegistryHostnames {
  /** From inside: `status.dockerImageRepository`. */
  readonly internal: string;
  /** From outside: `status.publicDockerImageRepository`. */
  readonly external: string;
}
