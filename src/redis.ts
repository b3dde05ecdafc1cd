export type {
  CustomRedisClient,
  IoredisClient,
  NodeRedisArguments,
  NodeRedisClient,
  RedisClient,
} from './store/redis/clients';
export { redisStore, type RedisStore } from './store/redis/redisStore';
