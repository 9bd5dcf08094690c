"""What happened in other wars: how long they lasted and how they ended, by reference class.

A model that cannot beat these figures has shown nothing. ``wars`` holds the wars and the classes, ``survival`` the
estimates, ``rates`` the answers to questions.
"""
