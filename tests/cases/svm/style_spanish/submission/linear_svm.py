import numpy as np


def svm_loss_naive(W, X, y, reg):
    """Pérdida SVM con bucles."""
    perdida = 0.0
    gradiente = np.zeros_like(W)
    n, c = X.shape[0], W.shape[1]
    for i in range(n):
        puntajes = [np.dot(W[:, k], X[i]) for k in range(c)]
        correcto = puntajes[y[i]]
        for k in range(c):
            # la clase correcta no cuenta
            margen = max(0, puntajes[k] - correcto + 1) if k != y[i] else 0
            perdida += margen / n
            if margen > 0:
                gradiente[:, k] = gradiente[:, k] + X[i] / n
                gradiente[:, y[i]] = gradiente[:, y[i]] - X[i] / n
    # regularización con un medio
    perdida += 0.5 * reg * np.linalg.norm(W) ** 2
    return perdida, gradiente + reg * W


def svm_loss_vectorized(W, X, y, reg):
    """Lo mismo sin bucles, con los ejemplos en columnas."""
    n = y.shape[0]
    columnas = np.arange(n)
    puntajes = W.T.dot(X.T)                      # C x N
    margenes = puntajes - puntajes[y, columnas] + 1
    margenes[y, columnas] = 0
    margenes *= margenes > 0
    perdida = margenes.sum() / n + 0.5 * reg * np.linalg.norm(W) ** 2

    activos = np.sign(margenes)
    activos[y, columnas] -= activos.sum(axis=0)
    gradiente = activos.dot(X) / n
    return perdida, (gradiente + reg * W.T).T
