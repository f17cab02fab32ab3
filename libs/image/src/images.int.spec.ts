import { ServiceOverLoopback } from '#lib/testing';
import { ImageService } from './image-service.js';
import { imagesContract } from './images.contract.js';
import { IMAGES } from './images.js';
import { ImageController } from './remote/image.controller.js';
import { RemoteImageService } from './remote/remote-image-service.js';

imagesContract('in this process', async (store) => ({ images: new ImageService(store), close: async () => undefined }));

imagesContract('of a service', async (store) => {
  const service = await ServiceOverLoopback.start({
    controllers: [ImageController],
    providers: [{ provide: IMAGES, useValue: new ImageService(store) }],
  });
  return {
    images: new RemoteImageService(service.client, new ImageService(store)),
    close: () => service.stop(),
  };
});
