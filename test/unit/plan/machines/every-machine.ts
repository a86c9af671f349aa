import { bySettings } from './families/by-settings.ts';
import { cardsAndDrivers } from './families/cards-and-drivers.ts';
import { driversAtTheEdge } from './families/drivers-at-the-edge.ts';
import { oddFacts } from './families/odd-facts.ts';
import { ollama } from './families/ollama.ts';
import { othersOnTheCard } from './families/others-on-the-card.ts';
import { seeds } from './families/seeds.ts';
import { severalCards } from './families/several-cards.ts';
import { systems } from './families/systems.ts';
import { withoutNvidia } from './families/without-nvidia.ts';
import type { Machine } from './machine.ts';

export const families: Readonly<Record<string, readonly Machine[]>> = {
  'the machines of the field reports': seeds,
  'no NVIDIA card to use': withoutNvidia,
  'every card with every driver that knows it': cardsAndDrivers,
  'drivers at the edge': driversAtTheEdge,
  'several cards': severalCards,
  'systems and where cards are found': systems,
  'others on the card': othersOnTheCard,
  'odd facts': oddFacts,
  Ollama: ollama,
  'what a person decides': bySettings,
};

export const everyMachine: readonly Machine[] = Object.values(families).flat();
