package top.neuralbox.examples.relay;

import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import top.neuralbox.NeuralBox;

class ServletChatHandlerTest implements ChatHandlerContract {

    @Override
    public RunningServer serve(NeuralBox neuralBox, ChatRequestReader reader, ChatLimits limits) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletHolder holder = new ServletHolder(new ServletChatHandler(neuralBox, reader, limits));
        holder.setAsyncSupported(true);
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(holder, "/api/chat");
        server.setHandler(context);
        server.start();
        return RunningServer.of(connector.getLocalPort(), server::stop);
    }
}
