import { MemoryStore } from '../../src/store/memory';
import { itKeepsWhatAFleetReliesOn } from '../support/sharedStore';

describe('the memory, for several runtimes', () => {
  itKeepsWhatAFleetReliesOn(() => new MemoryStore());
});
