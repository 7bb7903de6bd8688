"""The usual ways to pace calls, to judge a policy beside, in words and code of our own."""
