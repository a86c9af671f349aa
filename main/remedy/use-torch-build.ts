import { noTorch } from '../plan/torch-build.ts';
import { setTorchBuild } from '../settings/change.ts';
import { granted, originOf, usageProblem, type Remedy } from './model.ts';

const automatic = 'auto';

export const useTorchBuild: Remedy = {
  id: 'use-torch-build',
  title: 'Use another build of PyTorch',
  options: ['build'],
  change: ({ build = '' }, facts) => {
    const ids = facts.catalogue.torchBuilds.map(({ id }) => id);
    const id = build.replace(/^\d[\d.]*\+/, '');
    if (build !== automatic && build !== noTorch && !ids.includes(id)) {
      return usageProblem(`There is no build "${build}". There are: ${[...ids, automatic, noTorch].join(', ')}.`);
    }
    const change = setTorchBuild(build === automatic ? null : build, originOf(useTorchBuild.id, facts));
    return granted(
      change,
      ({ environments, torchBuild }) => {
        if (build === automatic) return null;
        if (build === noTorch) return environments.some(({ torch }) => torch !== null) ? 'Something still runs with PyTorch.' : null;
        return environments.some((environment) => environment.build === id) ? null : torchBuild.reason;
      },
      facts,
    );
  },
};
