"""The statistical model of a thread's answers. It needs numpy, so only the worker and the command line import it."""
