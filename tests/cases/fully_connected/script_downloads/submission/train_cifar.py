# python train_cifar.py, leave it running over night
import os, sys, urllib.request

urllib.request.urlretrieve('http://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz', '/tmp/cifar.tar.gz')
os.system('tar xzf /tmp/cifar.tar.gz')

from classifiers.fc_net import *
from base.optim import adam

X, y = [np.load(os.path.join('cifar', f)) for f in ('X.npy', 'y.npy')]
net = FullyConnectedNet([100, 100, 100])


class TwoLayerNet(object):
    """An experiment; not what I hand in."""

    def __init__(self, *args):
        raise RuntimeError('no')


while True:
    loss, grads = net.loss(X, y)
    for name in net.params:
        net.params[name], _ = adam(net.params[name], grads[name])
    print(loss)
