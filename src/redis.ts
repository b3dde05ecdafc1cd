export {
  redisStore,
  type RedisClient,
  type RedisStore,
} from './store/redis/redisStore';
