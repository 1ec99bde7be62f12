/** Keeps the count of a credit budget on Redis or Valkey. */
@org.jspecify.annotations.NullMarked
module top.neuralbox.budget.redis {
    requires transitive top.neuralbox;
    requires static transitive org.jspecify;
    requires transitive redis.clients.jedis;

    exports top.neuralbox.budget.redis;
}
