package top.neuralbox.budget.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.Delay;

/** A real primary with one replica, watched by three real Sentinels. */
final class RedisSentinels implements AutoCloseable {

    private static final String NAME = "budget";
    private static final int SENTINELS = 3;

    private final List<RedisServer> sentinels = new ArrayList<>();
    private RedisServer primary;
    private RedisServer replica;

    /** @param options of both servers */
    static RedisSentinels start(String... options) {
        RedisSentinels all = new RedisSentinels();
        try {
            all.launch(options);
        } catch (Throwable t) {
            all.close();
            throw t;
        }
        return all;
    }

    /** A client with time-outs that suit a test; the caller closes it. */
    RedisSentinelClient client() {
        Set<HostAndPort> addresses = new LinkedHashSet<>();
        sentinels.forEach(sentinel -> addresses.add(sentinel.address()));
        return RedisSentinelClient.builder()
                .masterName(NAME)
                .sentinels(addresses)
                .sentinelClientConfig(RedisServer.config(RedisServer.PASSWORD))
                .sentinelReconnectDelay(Delay.constant(Duration.ofMillis(200)))
                .clientConfig(RedisServer.config(RedisServer.PASSWORD))
                .poolConfig(RedisServer.pool())
                .build();
    }

    /** The one that was the primary at first. */
    RedisServer first() {
        return primary;
    }

    /** The one that was the replica at first. */
    RedisServer second() {
        return replica;
    }

    /** Waits until the replica has all that the primary has acknowledged. */
    void awaitReplication() {
        RedisServer.await("replication", () -> primary.ask(node -> node.waitReplicas(1, 1_000)) == 1);
    }

    /** The primary goes on alone: its replica may not connect any more, and hears nothing. */
    void cutReplication() {
        replica.ask(node -> node.configSet("masterauth", "not-the-password"));
        primary.ask(node -> node.sendCommand(redis.clients.jedis.Protocol.Command.CLIENT, "KILL", "TYPE", "replica"));
        RedisServer.await(
                "cut", () -> primary.ask(node -> node.info("replication")).contains("connected_slaves:0"));
    }

    /** Waits until each Sentinel names the second server as the primary, and that one takes writes. */
    void awaitFailover() {
        RedisServer.await(
                "failover",
                () -> sentinels.stream().allMatch(each -> primaryOf(each).equals(replica.address()))
                        && replica.ask(node -> node.info("replication")).contains("role:master"));
    }

    @Override
    public void close() {
        sentinels.forEach(RedisServer::close);
        if (replica != null) {
            replica.close();
        }
        if (primary != null) {
            primary.close();
        }
    }

    private void launch(String... options) {
        primary = RedisServer.start(options);
        replica = RedisServer.start(options);
        HostAndPort address = primary.address();
        replica.ask(node -> node.replicaof(address.getHost(), address.getPort()));
        RedisServer.await(
                "replica", () -> replica.ask(node -> node.info("replication")).contains("master_link_status:up"));
        for (int i = 0; i < SENTINELS; i++) {
            RedisServer sentinel = RedisServer.startSentinel();
            sentinels.add(sentinel);
            sentinel.ask(node -> node.sentinelMonitor(NAME, address.getHost(), address.getPort(), SENTINELS - 1));
            sentinel.ask(node -> node.sentinelSet(
                    NAME,
                    Map.of(
                            "auth-pass", RedisServer.PASSWORD,
                            "down-after-milliseconds", "1000",
                            "failover-timeout", "3000")));
        }
        RedisServer.await(
                "quorum of Sentinels that know the replica",
                () -> sentinels.stream().allMatch(this::isReady));
    }

    private boolean isReady(RedisServer sentinel) {
        try {
            return sentinel.ask(node -> node.sentinelReplicas(NAME)).stream()
                            .anyMatch(slave -> "ok".equals(slave.get("master-link-status")))
                    && sentinel.ask(node -> node.sentinelSentinels(NAME)).size() == SENTINELS - 1;
        } catch (JedisException notYet) {
            return false;
        }
    }

    private static HostAndPort primaryOf(RedisServer sentinel) {
        List<String> address = sentinel.ask(node -> node.sentinelGetMasterAddrByName(NAME));
        return new HostAndPort(address.get(0), Integer.parseInt(address.get(1)));
    }
}
