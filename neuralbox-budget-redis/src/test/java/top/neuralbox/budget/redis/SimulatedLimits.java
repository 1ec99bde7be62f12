package top.neuralbox.budget.redis;

/** How many requests a simulated account may make in an hour and in a day. */
record SimulatedLimits(long hour, long day) {}
