import path from "node:path";

const folder = path.join(__dirname, "registry-login");

/**
 * Environment in which clients of registries log in to ECR by themselves, with a token that the AWS
 * CLI fetches when it is needed: Pulumi's Kubernetes provider, for the charts of releases (it takes no
 * login for OCI charts from a release: pulumi-kubernetes#1914), and others that read Docker's
 * configuration. To every other registry they go as nobody.
 */
export function registryLogin({ PATH }: NodeJS.ProcessEnv = process.env) {
  return {
    PATH: `${folder}${path.delimiter}${PATH}`,
    PULUMI_K8S_HELM_REGISTRY_CONFIG_PATH: path.join(folder, "config.json"),
    DOCKER_CONFIG: folder,
  };
}
