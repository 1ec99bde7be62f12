package top.neuralbox.budget.redis;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A real Redis Cluster of three nodes, each with a third of the slots and no replica. */
final class RedisClusterNodes implements AutoCloseable {

    private static final int NODES = 3;
    private static final int SLOTS = 16_384;

    private final List<RedisServer> nodes = new ArrayList<>();

    static RedisClusterNodes start() {
        RedisClusterNodes cluster = new RedisClusterNodes();
        try {
            for (int i = 0; i < NODES; i++) {
                cluster.nodes.add(RedisServer.start("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"));
            }
            cluster.meet();
        } catch (Throwable t) {
            cluster.close();
            throw t;
        }
        return cluster;
    }

    /** A client with time-outs that suit a test; the caller closes it. */
    RedisClusterClient client() {
        Set<HostAndPort> addresses = new LinkedHashSet<>();
        nodes.forEach(node -> addresses.add(node.address()));
        return RedisClusterClient.builder()
                .nodes(addresses)
                .clientConfig(RedisServer.config(RedisServer.PASSWORD))
                .poolConfig(RedisServer.pool())
                .maxAttempts(2)
                .build();
    }

    List<RedisServer> nodes() {
        return nodes;
    }

    /** The node that has the keys of a namespace. */
    RedisServer nodeOf(String namespace) {
        return nodes.get(JedisClusterCRC16.getSlot("{" + namespace + "}") * NODES / SLOTS);
    }

    /** A new namespace whose keys are on this node. */
    String namespaceOn(RedisServer node) {
        return Stream.generate(() -> UUID.randomUUID().toString())
                .filter(name -> nodeOf(name) == node)
                .findFirst()
                .orElseThrow();
    }

    void awaitWhole() {
        RedisServer.await(
                "whole cluster",
                () -> nodes.stream().allMatch(node -> {
                    String info = node.ask(Jedis::clusterInfo);
                    return info.contains("cluster_state:ok")
                            && info.contains("cluster_slots_assigned:" + SLOTS)
                            && info.contains("cluster_known_nodes:" + NODES);
                }));
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }

    private void meet() {
        for (int i = 0; i < NODES; i++) {
            int number = i;
            int[] slots = IntStream.range(0, SLOTS)
                    .filter(slot -> slot * NODES / SLOTS == number)
                    .toArray();
            nodes.get(i).ask(node -> node.clusterAddSlots(slots));
            HostAndPort first = nodes.get(0).address();
            nodes.get(i).ask(node -> node.clusterMeet(first.getHost(), first.getPort()));
        }
        awaitWhole();
    }
}
