"""Moves."""


class Mover:
    def __init__(self, f):
        pass

    def learn(self, w):
        pass

    def move(self, *a):
        pass
