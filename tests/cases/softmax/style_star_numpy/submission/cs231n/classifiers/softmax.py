from numpy import *
import numpy
import math


def softmax_loss_naive(W, X, y, reg):
	n = X.shape[0]
	k = W.shape[1]
	total = []
	dW = numpy.zeros_like(W)
	for i in range(n):
		s = list(dot(X[i], W))
		m = max(s)
		e = [math.exp(v - m) for v in s]
		z = math.fsum(e)
		total.append(math.log(z) - (s[y[i]] - m))
		for j in range(k):
			if j != y[i]:
				dW[:, j] += e[j] / z * X[i]
			else:
				dW[:, j] -= (z - e[j]) / z * X[i]
	dW *= 1 / n
	dW += 2 * reg * W
	return math.fsum(total) / n + reg * linalg.norm(W) ** 2, dW


def softmax_loss_vectorized(W, X, y, reg):
	n = len(y)
	s = dot(X, W)
	s -= amax(s, 1)[:, newaxis]
	right = s[arange(n), y].copy()
	exp(s, out=s)
	z = s.sum(1)
	loss = average(log(z) - right)
	s /= z[:, newaxis]
	s[arange(n), y] -= 1
	s /= n
	dW = dot(X.T, s)
	dW += 2 * reg * W
	loss += reg * linalg.norm(W, 'fro') ** 2
	return loss, dW
