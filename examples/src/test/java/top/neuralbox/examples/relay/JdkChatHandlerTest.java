package top.neuralbox.examples.relay;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import top.neuralbox.NeuralBox;

class JdkChatHandlerTest implements ChatHandlerContract {

    @Override
    public RunningServer serve(NeuralBox neuralBox, ChatRequestReader reader) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/api/chat", new JdkChatHandler(neuralBox, reader));
        server.start();
        return RunningServer.of(server.getAddress().getPort(), () -> {
            server.stop(0);
            threads.shutdownNow();
        });
    }
}
